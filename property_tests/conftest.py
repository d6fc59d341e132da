"""The laws search as hard as the chosen profile says."""

from property_tests.profiles import load_profile

load_profile()
