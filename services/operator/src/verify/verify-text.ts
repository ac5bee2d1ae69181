import type { Declaration } from '@client-tickets/results';
import { colors, showOffsets, showCount, showNumber, type Output } from '../cli/output.ts';
import type { VerifiedPartition, VerifyReport } from './verify-report.ts';

const MOST_SHOWN = 20;

/** The report for people. */
export function showReport(report: VerifyReport, { record, table }: Declaration, output: Output): void {
  const { query, topic, results, partitions, differences, moreDifferences } = report;
  output.line(`${colors.bold(topic)} in ${results}${query === undefined ? '' : `, query ${query.id}`}`);
  if (partitions.length > 0) output.table(headOf(table), partitions.map(toRow));
  for (const { partition, gaps } of partitions) {
    for (const gap of gaps) {
      output.line(
        `partition ${partition}: offsets ${showOffsets(gap)} ${gap.reason}, recorded as lost on ${gap.at}`,
      );
    }
  }
  for (const note of report.notes) output.line(`${colors.dim('note:')} ${note}`);
  if (report.ok) {
    const sum = (count: (partition: VerifiedPartition) => number): number =>
      partitions.reduce((total, partition) => total + count(partition), 0);
    const rows = showCount(
      sum((partition) => partition.rows),
      record.name,
      table,
    );
    const letters = showCount(
      sum(({ deadLetters }) => deadLetters),
      'dead letter',
    );
    output.line(
      colors.green(
        `✔ ${rows} and ${letters}: nothing is lost, nothing is there twice, the counts are those of the ${table}`,
      ),
    );
    return;
  }
  for (const { code, message } of differences.slice(0, MOST_SHOWN))
    output.line(`${colors.red(`✘ ${code}`)} ${message}`);
  const more = differences.length - MOST_SHOWN + moreDifferences;
  if (more > 0)
    output.line(colors.red(`✘ and ${showNumber(more)} more differences; --json lists up to 1,000`));
}

function headOf(table: string): readonly string[] {
  return [
    '>partition',
    '>offsets',
    `>${table}`,
    '>dead letters',
    '>empty',
    '>files',
    '>being filled',
    '>lag',
  ];
}

function toRow(verified: VerifiedPartition): readonly string[] {
  const { partition, firstOffset, endOffset, countedOffset, rows, deadLetters, emptyOffsets, files, log } =
    verified;
  const lag =
    log === undefined ? '?' : showNumber(log.latest > countedOffset ? log.latest - countedOffset : 0n);
  return [
    String(partition),
    endOffset === firstOffset ? 'none' : showOffsets({ startOffset: firstOffset, endOffset }),
    showNumber(rows),
    showNumber(deadLetters),
    showNumber(emptyOffsets),
    showNumber(files),
    countedOffset === endOffset ? '' : showOffsets({ startOffset: endOffset, endOffset: countedOffset }),
    lag,
  ];
}
