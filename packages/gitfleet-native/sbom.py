"""The software bill of materials of the native engine: CycloneDX, for ``.dist-info/sboms`` (PEP 770)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from hatchling.builders.utils import get_reproducible_timestamp
from linked_crates import ROOT_CRATE, Crate
from packageurl import PackageURL


def sbom_of(crates: Sequence[Crate], platform: str) -> str:
    """Return the document as JSON. The same crates give the same bytes.

    Args:
        crates: All crates that are linked.
        platform: Target triple of rustc.
    """
    components = {(crate.name, crate.version): _component(crate) for crate in crates}
    root = next(component for (name, _), component in components.items() if name == ROOT_CRATE)
    parts = [component for component in components.values() if component is not root]
    made = datetime.fromtimestamp(get_reproducible_timestamp(), UTC)  # that of the files in the wheel
    listed = " ".join(f"{name}@{version}" for name, version in components)
    bom = Bom(
        components=parts,
        serial_number=uuid5(NAMESPACE_URL, f"{platform} {listed}"),
        metadata=BomMetaData(component=root, timestamp=made),
    )
    for crate in crates:
        bom.register_dependency(
            components[crate.name, crate.version], [components[need] for need in crate.needs if need in components]
        )
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _component(crate: Crate) -> Component:
    url = PackageURL("cargo", name=crate.name, version=crate.version)
    references = []
    if crate.repository:
        references.append(ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(crate.repository)))
    return Component(
        type=ComponentType.LIBRARY,
        name=crate.name,
        version=crate.version,
        bom_ref=url.to_string(),
        purl=None if crate.is_ours else url,
        licenses=[LicenseFactory().make_from_string(crate.licence)],
        external_references=references,
    )
