"""What several tests need: servers that misbehave, certificates, recorded data, engines."""
