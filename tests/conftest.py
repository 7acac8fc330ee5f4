"""Settings that all tests share."""

from hypothesis import settings

# Machines are noisy: no test is judged by the clock.
settings.register_profile("latent-bridge", deadline=None)
settings.load_profile("latent-bridge")
