// Where records live.

const PLURALS = { activity: "activities", opportunity: "opportunities" };

/** The address of a record. */
export const addressOf = (entity, id) => `/${PLURALS[entity] ?? `${entity}s`}/${id}`;
