"""The command line ``gitfleet``. What it needs beyond the library comes with the extra [cli]."""
