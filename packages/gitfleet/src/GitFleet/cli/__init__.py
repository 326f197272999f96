"""The command line ``gitfleet``. It needs the packages of the extra ``[cli]`` (Click and Rich)."""
