# Types of `import gitfleet`: the names of GitFleet. A test compares them.
from GitFleet import *
from GitFleet import (
    AuditReport as AuditReport,
)
from GitFleet import (
    Changes as Changes,
)
from GitFleet import (
    Estimate as Estimate,
)
from GitFleet import (
    Exported as Exported,
)
from GitFleet import (
    Finding as Finding,
)
from GitFleet import (
    Fleet as Fleet,
)
from GitFleet import (
    FleetEvent as FleetEvent,
)
from GitFleet import (
    IncompleteFleet as IncompleteFleet,
)
from GitFleet import (
    IncompleteFleetError as IncompleteFleetError,
)
from GitFleet import (
    LanguageShare as LanguageShare,
)
from GitFleet import (
    LedgerError as LedgerError,
)
from GitFleet import (
    Mirror as Mirror,
)
from GitFleet import (
    MirrorError as MirrorError,
)
from GitFleet import (
    Outcome as Outcome,
)
from GitFleet import (
    Plan as Plan,
)
from GitFleet import (
    PlannedBudget as PlannedBudget,
)
from GitFleet import (
    PlannedCall as PlannedCall,
)
from GitFleet import (
    PlannedToken as PlannedToken,
)
from GitFleet import (
    PlanProblem as PlanProblem,
)
from GitFleet import (
    Problem as Problem,
)
from GitFleet import (
    Repository as Repository,
)
from GitFleet import (
    RunSummary as RunSummary,
)
from GitFleet import (
    TargetListed as TargetListed,
)
from GitFleet import (
    UnitDone as UnitDone,
)
from GitFleet import (
    UpdateSummary as UpdateSummary,
)
from GitFleet import endpoints as endpoints
from GitFleet import providers as providers
from GitFleet import sync as sync
from GitFleet import tables as tables
from GitFleet import telemetry as telemetry
