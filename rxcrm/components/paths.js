// Where records live.

const PLURALS = { activity: "activities", opportunity: "opportunities" };

/** What records refer to and has no page of its own. */
const PLACELESS = ["territory"];

/** The address of a record; empty for what has none. */
export const addressOf = (entity, id) => PLACELESS.includes(entity) ? "" : `/${PLURALS[entity] ?? `${entity}s`}/${id}`;
