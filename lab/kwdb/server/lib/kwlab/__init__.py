"""The code behind the lab's kwbase. See ../../bin/kwbase for what it stands in for."""
