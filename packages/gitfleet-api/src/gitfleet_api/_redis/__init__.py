"""What everything that uses Redis shares: addresses, connections and their errors. Private to the library."""
