/** The screens where panels and cards are sheets at the bottom; the style sheets say the same. */
export const SMALL = "(width < 900px)";
