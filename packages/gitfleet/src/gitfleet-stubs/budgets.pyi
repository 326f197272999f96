from GitFleet.budgets import *
