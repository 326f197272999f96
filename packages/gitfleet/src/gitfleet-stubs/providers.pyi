from GitFleet.providers import *
