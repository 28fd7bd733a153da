"""The verdict: where the claimed gradient meets the measured one."""
