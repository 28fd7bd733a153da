"""Results as text for people, JSON for programs and JUnit XML for continuous integration; nothing is computed here."""
