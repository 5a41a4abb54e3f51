using System.Collections.Frozen;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Rows;

/// <summary>Finds where the source ends and the destination begins in tables that separate columns with single blanks.</summary>
internal static class PartySplitter
{
    /// <summary>A second reading this close to the best one makes the best one a guess.</summary>
    private const double Rival = 0.75;

    private const int MaximumNamed = 20;

    private static readonly FrozenSet<string> Kinds = new[]
    {
        "Server", "Service", "Services", "Pod", "StatefulSet", "ReplicaSet", "Deployment", "DaemonSet", "Job", "CronJob", "Gateway", "DB", "Database", "Controller", "Proxy", "Agent", "Exporter",
        "Manager", "Cluster", "Broker", "Queue", "Cache", "Client", "Node", "Host", "Provider", "Balancer",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static void Split(IReadOnlyList<LaidOutRow> rows, IReadOnlyList<string> prose, ICollection<DocumentIssue> issues)
    {
        foreach (var table in rows.Select(r => r.Table).Distinct().Where(t => t.Layout == TableLayout.Spaces && !t.PartiesAreGlued))
            Report(issues, table.Header, DocumentIssueSeverity.Info, "nothing but blanks separates the columns: a name ends before the protocol that has a port behind it; nothing to do");

        var glued = rows.Where(r => r.Table.PartiesAreGlued && !r.Unreadable).ToList();
        if (glued.Count == 0)
            return;

        var parties = glued.Select(r => Words(r.Text(ColumnRole.Source))).ToList();
        var evidence = new NameEvidence(parties, prose);
        foreach (var (row, words) in glued.Zip(parties))
            Split(row, words, evidence);

        foreach (var header in glued.Select(r => r.Table.Header).Distinct())
        {
            var guessed = glued.Where(r => r.Table.Header == header && r.Notes.Any(n => n.Code is DocumentIssueCode.SplitGuessed or DocumentIssueCode.SplitFailed)).ToList();
            Report(
                issues,
                header,
                guessed.Count > 0 ? DocumentIssueSeverity.Warning : DocumentIssueSeverity.Info,
                "nothing but blanks separates the columns: source and destination were split with the names that recur in the document; "
                    + (guessed.Count > 0 ? $"check row {string.Join(", ", guessed.Take(MaximumNamed).Select(r => r.Number ?? $"at line {r.MainLine}"))}{(guessed.Count > MaximumNamed ? $" and {guessed.Count - MaximumNamed} more" : "")}" : "nothing to do"));
        }
    }

    private static void Report(ICollection<DocumentIssue> issues, TableHeader header, DocumentIssueSeverity severity, string message) =>
        issues.Add(new DocumentIssue(DocumentIssueCode.SpaceDelimited, severity, null, [header.Lines[^1]], message));

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static void Split(LaidOutRow row, string[] words, NameEvidence evidence)
    {
        if (words.Length < 2)
        {
            // one word cannot say which side it is
            if (words.Length == 1)
                Fail(row, words);
            return;
        }

        var candidates = Enumerable.Range(1, words.Length - 1)
            .Where(at => IsPossible(words, at))
            .Select(at => Candidate.Of(words, at, evidence))
            .OrderByDescending(c => c.Score).ThenBy(c => c.At)
            .ToList();
        if (candidates.Count == 0 || (candidates.Count > 1 && candidates[0].SupportedWords == 0 && candidates[0].Score <= candidates[1].Score))
        {
            Fail(row, words);
            return;
        }

        var best = candidates[0];
        var (source, destination) = (string.Join(' ', words[..best.At]), string.Join(' ', words[best.At..]));
        row.Replace(ColumnRole.Source, source);
        row.Replace(ColumnRole.Destination, destination);
        if (best.SupportedWords < 2 || (candidates.Count > 1 && candidates[1].Score >= best.Score * Rival))
        {
            row.Note(
                DocumentIssueCode.SplitGuessed,
                DocumentIssueSeverity.Warning,
                [row.MainLine],
                $"'{string.Join(' ', words)}' was split into '{source}' and '{destination}', which little else in the document supports; check it and correct it in the completions");
        }
    }

    private static void Fail(LaidOutRow row, string[] words)
    {
        row.SplitFailed = true;
        row.Replace(ColumnRole.Source, "");
        row.Note(
            DocumentIssueCode.SplitFailed,
            DocumentIssueSeverity.Error,
            [row.MainLine],
            $"'{string.Join(' ', words)}' holds source and destination with nothing between them, and nothing in the document says where one ends; write both into the completions");
    }

    /// <summary>No name begins or ends with a joining word, begins with a bracket, or keeps one open.</summary>
    private static bool IsPossible(string[] words, int at) =>
        !NameEvidence.IsJoining(words[at - 1]) && !NameEvidence.IsJoining(words[at]) && words[at][0] is not ('(' or '/' or '-')
        && words[..at].Sum(w => w.Count(c => c == '(') - w.Count(c => c == ')')) == 0;

    private sealed record Candidate(int At, double Score, int SupportedWords)
    {
        public static Candidate Of(string[] words, int at, NameEvidence evidence)
        {
            var (left, right) = (words[..at], words[at..]);
            var (l, r) = (evidence.Of(left), evidence.Of(right));
            double score = l + r;
            if (left[^1].EndsWith(')'))
                score += 3;
            score -= 2 * (Interrupted(left) + Interrupted(right));
            if (char.IsLower(right[0][0]))
                score -= 2;
            if (Kinds.Contains(left[^1]))
                score += 0.25;
            if (Kinds.Contains(right[^1]))
                score += 0.25;
            return new Candidate(at, score, (l > 0 ? left.Length : 0) + (r > 0 ? right.Length : 0));
        }

        /// <summary>A closing bracket in the middle usually ends a name.</summary>
        private static int Interrupted(string[] name) => name[..^1].Count(w => w.EndsWith(')'));
    }
}
