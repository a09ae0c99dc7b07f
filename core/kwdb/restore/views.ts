/**
 * Views of a run: EXPORT leaves them out, so a restore makes them from their texts, after the tables. Source: KWDB show_create_clauses.go and create_view.go:
 * the text gives the view's own name alone, and every table in it with its database.
 */
import type { BackupManifest, ManifestObject } from '../manifest';

/** leave: not even tried, and why; told in the record by the view's name. */
export type ViewStep =
  | { readonly op: 'view'; readonly name: string; readonly database: string; readonly statement: string }
  | { readonly op: 'leave'; readonly name: string; readonly reason: string };

/** into: the database that is restored, under its own name or another. */
export function viewSteps({ objects }: BackupManifest, database: string, into: string): readonly ViewStep[] {
  const views = objects.filter((object) => object.database === database && object.kind.endsWith('VIEW'));
  return views.map((view) => {
    const reason = reasonAgainst(view, into);
    return reason === undefined
      ? { op: 'view', name: view.name, database: into, statement: String(view.definition).trim() }
      : { op: 'leave', name: view.name, reason };
  });
}

function reasonAgainst({ database, schema = 'public', definition }: ManifestObject, into: string): string | undefined {
  if (typeof definition !== 'string') return 'the manifest of an older version holds no text of it';
  if (!/^CREATE (MATERIALIZED )?VIEW /.test(definition)) return 'its text does not begin with CREATE VIEW';
  if (schema !== 'public') return `it belongs into schema ${schema}, which its text does not say`;
  // Nothing is rewritten by guess: a table of that name may well be another database's by then.
  return into !== database && holdsName(definition, database)
    ? `its text names database ${database}, and would read that one`
    : undefined;
}

/** Also where it is no database there, but a column: too often is safe, too seldom is not. */
function holdsName(text: string, name: string): boolean {
  const written = name.replace(/"/g, '""').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${written}(?![\\p{L}\\p{N}_$])`, 'iu').test(text);
}
