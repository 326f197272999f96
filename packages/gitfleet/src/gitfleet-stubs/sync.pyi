from GitFleet.sync import *
from GitFleet.sync import Fleet as Fleet
from GitFleet.sync import Mirror as Mirror
