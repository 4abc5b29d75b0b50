import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand right. */
  align?: 'left' | 'right';
  /** Classes of the column's width, e.g. `w-32`. */
  width?: string;
  /** The row's name: stands first and without a label on a card. */
  primary?: boolean;
  /** Left out below this width; on a card (below 640 px) it is back. */
  from?: 'md' | 'lg';
  /** Stands on the card alone (a summary), or in the table alone (what is summed up). */
  only?: 'card' | 'table';
  /** The header is for those who hear it: a column of buttons. */
  quiet?: boolean;
}

interface TableProps<Row> {
  /** What it lists, for those who hear it. */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** Stands in the table's place when there is no row. */
  empty?: ReactNode;
  className?: string;
}

const onlyClasses = { card: 'sm:hidden', table: 'max-sm:hidden' };
const fromClasses = { md: 'sm:max-md:hidden', lg: 'sm:max-lg:hidden' };

/** A table that becomes cards below 640 px. The whole row is the target of a link with the class `row-link`. */
export function Table<Row>({ label, columns, rows, rowKey, empty, className }: TableProps<Row>) {
  if (rows.length === 0 && empty) return empty;
  return (
    <div className={clsx('sm:overflow-x-auto sm:rounded-lg sm:border sm:bg-surface', className)}>
      <table aria-label={label} className="w-full border-collapse text-sm max-sm:block">
        <thead className="max-sm:sr-only">
          <tr className="border-b">
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={clsx(
                  'h-9 whitespace-nowrap px-4 font-normal text-ink-muted text-xs',
                  column.align === 'right' ? 'text-right' : 'text-left',
                  column.width,
                  column.from && fromClasses[column.from],
                  column.only && onlyClasses[column.only],
                )}
              >
                {column.quiet ? <span className="sr-only">{column.header}</span> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="max-sm:flex max-sm:flex-col max-sm:gap-2">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className="relative transition-colors has-[.row-link:hover]:bg-hover max-sm:flex max-sm:flex-col max-sm:gap-1.5 max-sm:rounded-lg max-sm:border max-sm:bg-surface max-sm:p-4 sm:border-b sm:last:border-b-0"
            >
              {columns.map((column) => (
                <td
                  key={column.key}
                  data-label={column.primary || column.quiet ? undefined : column.header}
                  className={clsx(
                    'sm:h-12 sm:px-4 sm:py-2 sm:align-middle',
                    'max-sm:flex max-sm:min-h-6 max-sm:items-center max-sm:justify-between max-sm:gap-4 max-sm:empty:hidden',
                    column.quiet && 'max-sm:justify-end',
                    'max-sm:data-label:before:shrink-0 max-sm:data-label:before:text-ink-muted max-sm:data-label:before:content-[attr(data-label)]',
                    column.primary && 'max-sm:mb-1',
                    column.align === 'right' && 'tabular text-right',
                    column.only && onlyClasses[column.only],
                    column.from && fromClasses[column.from],
                  )}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Class of the link that makes its whole row the target. */
export const rowLinkClasses =
  'row-link font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-ink focus-visible:after:-outline-offset-2 after:rounded-lg';
