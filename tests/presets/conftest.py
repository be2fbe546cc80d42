"""What the rule sets are played with explains itself where it fails."""

import pytest

pytest.register_assert_rewrite("playing")
