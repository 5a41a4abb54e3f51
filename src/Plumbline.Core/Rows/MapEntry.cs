using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>A map and the count of what became of its rows.</summary>
internal sealed class MapEntry : Timed
{
    private readonly Action<MapEntry> _report;
    private readonly int[] _counts = new int[Enum.GetValues<ReasonCategory>().Length];
    private readonly ReasonCategory[] _categories;
    private readonly SortedDictionary<int, string> _problems = [];

    /// <param name="report">Called when there is something new to say.</param>
    public MapEntry(ObservedMap map, Action<MapEntry> report)
    {
        (Map, _report) = (map, report);
        for (var i = 0; i < map.Desired.Length; i++)
        {
            Places.TryAdd(map.Desired[i].Documented.Key, i);
        }

        _categories = new ReasonCategory[map.Desired.Length];
        Array.Fill(_categories, ReasonCategory.Unknown);
        _counts[(int)ReasonCategory.Unknown] = map.Desired.Length;
    }

    public ObservedMap Map { get; set; }

    /// <summary>Where in the map the row of a Connection is.</summary>
    public Dictionary<NamespacedName, int> Places { get; } = [];

    public WritePace Pace { get; } = new();

    public MapReport? Published { get; set; }

    public override void Wake(DateTimeOffset now) => _report(this);

    /// <param name="problem">Why the row has no Connection of the map's own; null when it may have.</param>
    public void Count(NamespacedName connection, ReasonCategory category, string? problem)
    {
        var place = Places[connection];
        var isNews = _categories[place] != category || _problems.GetValueOrDefault(place) != problem;
        if (!isNews)
        {
            return;
        }

        _counts[(int)_categories[place]]--;
        _counts[(int)category]++;
        _categories[place] = category;
        if (problem is null)
        {
            _problems.Remove(place);
        }
        else
        {
            _problems[place] = problem;
        }

        _report(this);
    }

    public bool IsAsPublished(ObservedCondition? seen) =>
        Published is not { } published || (seen?.Status == published.Verdict.Reason.Status && seen.Reason == published.Verdict.Reason.Name);

    public MapReport MakeReport() => new(
        Map.Uid,
        Map.Generation,
        Map.Desired.Length,
        _counts[(int)ReasonCategory.Verified],
        _counts[(int)ReasonCategory.Drift],
        _counts[(int)ReasonCategory.Unknown],
        _counts[(int)ReasonCategory.Unresolved],
        _counts[(int)ReasonCategory.Unprobeable],
        [.. Map.Problems, .. _problems.Values]);

    public ReportNews NewsIn(MapReport next) => Published switch
    {
        null => ReportNews.New,
        var p when p.Uid != next.Uid || p.Generation != next.Generation => ReportNews.New,
        var p when p.Verdict.Reason != next.Verdict.Reason || !p.Problems.SequenceEqual(next.Problems) => ReportNews.Moved,
        var p => p with { Problems = [] } == next with { Problems = [] } ? ReportNews.None : ReportNews.Words,
    };
}
