from GitFleet.tables import *
