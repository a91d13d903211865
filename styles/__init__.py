"""How layers are drawn: themes, the drawing order by named slots, sprites, legends."""
