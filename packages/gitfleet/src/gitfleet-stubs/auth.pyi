from GitFleet.auth import *
