from GitFleet.endpoints import *
