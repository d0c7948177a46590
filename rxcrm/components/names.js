/** Two letters for a round picture. */
export const initials = (name) => name.split(/\s+/).filter(Boolean).map((w) => [...w][0]).filter((_, i, all) => i === 0 || i === all.length - 1).join("").toUpperCase();
