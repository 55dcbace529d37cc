import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    max_examples=40,
    derandomize=True,  # the same examples on every machine: a red test is red for everybody
    database=None,
    deadline=None,  # a slow machine is not a wrong answer
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("prove", parent=settings.get_profile("ci"), max_examples=2000)
settings.load_profile("prove" if os.environ.get("XLKPI_PROVE") == "1" else "ci")
