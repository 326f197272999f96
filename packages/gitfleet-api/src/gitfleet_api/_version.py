"""The version of this package; all packages of GitFleet are released together at one version."""

VERSION = "0.3.0"
