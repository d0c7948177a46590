// What the page under the palette offers besides its buttons: the views of its list. A module of its own, as its readers come by other paths.
let views = [];

/** A list offers its views; an empty list takes them back. */
export const offerViews = (offered) => (views = offered);
export const offeredViews = () => views;

/** What stands on the screen, "palette" or "keys", and what is typed: every page has a palette, and one that is opened while the next page arrives stays. */
export const standing = { open: "", term: "" };
