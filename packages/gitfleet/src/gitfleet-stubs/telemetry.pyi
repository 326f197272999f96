from GitFleet.telemetry import *
