"""The files of fitted weights in data/, named where nothing need be imported to know them."""

WEIGHTS = ("weights.json", "weights_semantic.json")
"""Of two plans of one place: fitted on evidence.FEATURES alone, and on evidence.MEANING too."""

PLACES_WEIGHTS = "weights_places.json"
"""Of plans of different places."""
