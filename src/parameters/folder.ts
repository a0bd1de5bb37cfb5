/** JSON Schema of a folder, as a path that starts at the folder whose settings state it. */
export const folderSchema = {
  type: 'string',
  minLength: 1,
  errorMessage: 'Enter a folder in quotes.',
} as const;

/** Whether what settings say of a parameter is a folder. */
export function isFolder({ schema }: { readonly schema: object }): boolean {
  return schema === folderSchema;
}
