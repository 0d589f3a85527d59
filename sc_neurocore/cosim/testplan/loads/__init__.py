"""What a loadable core is loaded with, and the loads that its port may see: whole ones and all that must be refused."""
