/** The version in package.json, set by the build. */
declare const VERSION: string;

declare module "*.css" {
  const text: string;
  export default text;
}
