/** Where the project is found: `informationUri` of SARIF. */
export const home = 'https://www.npmjs.com/package/plimsoll'
