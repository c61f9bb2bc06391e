
/** @typedef {Record<string, string | undefined>} Env */

/** @type {Record<string, (value: string) => boolean>} */
const types = {
  boolean: (value) => /^(true|false|1|0|yes|no|on|off|t|f|y|n)$/i.test(value),
  integer: (value) => /^[+-]?\d+$/.test(value),
  number: (value) => value.trim() !== "" && Number.isFinite(Number(value)),
  port: (value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65535,
  url: (value) => /^[a-z][a-z0-9+.:-]*:/i.test(value),
};

/**
 * What is wrong with one variable; never its value.
 *
 * @param {any} variable
 * @param {string | undefined} value
 * @param {string | undefined} environment
 * @returns {string | undefined}
 */
function problem(variable, value, environment) {
  if (value === undefined || (value === "" && !variable.empty)) {
    const required = variable.except
      ? environment !== undefined && !variable.except.includes(environment)
      : variable.required === true || (variable.required || []).includes(environment);
    return required ? "is missing" : undefined;
  }
  if (value === "") return undefined;
  if (variable.type && !types[variable.type](value)) return `is no ${variable.type}`;
  if (variable.values && !variable.values.includes(value)) return `is none of ${variable.values.join(", ")}`;
  if (variable.min !== undefined && Number(value) < variable.min) return `is less than ${variable.min}`;
  if (variable.max !== undefined && Number(value) > variable.max) return `is more than ${variable.max}`;
  const length = [...value].length;
  if (variable.minLength !== undefined && length < variable.minLength) return `is shorter than ${variable.minLength}`;
  if (variable.maxLength !== undefined && length > variable.maxLength) return `is longer than ${variable.maxLength}`;
  if (variable.schemes && !variable.schemes.some((/** @type {string} */ scheme) => value.startsWith(`${scheme}:`))) {
    return `has none of the schemes ${variable.schemes.join(", ")}`;
  }
  return undefined;
}

/**
 * What is wrong with the variables of a process, one line each, without values.
 *
 * @param {Env} env
 * @param {string | undefined} environment where the process runs: "production"
 * @returns {string[]}
 */
export function envProblems(env, environment) {
  return variables.flatMap((/** @type {any} */ variable) => {
    // What only browsers get is written into their bundle, and need not be there when a server starts.
    if (variable.client && !(variable.name in env)) return [];
    const found = problem(variable, env[variable.name], environment);
    return found ? [`${variable.name} ${found}`] : [];
  });
}

/**
 * Throws where a variable is missing or wrong, and says which.
 *
 * @param {Env} env
 * @param {string | undefined} environment where the process runs: "production"
 */
export function checkEnv(env, environment) {
  const problems = envProblems(env, environment);
  if (problems.length > 0) throw new Error(`environment variables: ${problems.join("; ")}`);
}
