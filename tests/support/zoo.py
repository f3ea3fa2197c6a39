"""One invented market in every layout that analysts have; what a reader can know from each."""

from __future__ import annotations

from support.zoo_abroad import LAYOUTS as ABROAD
from support.zoo_services import LAYOUTS as SERVICES
from support.zoo_terminals import LAYOUTS as TERMINALS

LAYOUTS = (*SERVICES, *TERMINALS, *ABROAD)
