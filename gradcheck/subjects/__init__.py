"""Users' code behind one interface: what is checked, whatever shape it was written in."""
