using System.Text.Json.Nodes;

namespace Plumbline.Lab.Api.Resources;

/// <summary>Events are one collection behind two kinds: stored as core/v1 has them, served in events.k8s.io/v1 under its names.</summary>
internal sealed class EventConversion : IObjectConversion
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ];

    public JsonObject ToStored(JsonObject served)
    {
        served["apiVersion"] = "v1";
        foreach (var (core, events) in Names)
        {
            Rename(served, events, core);
        }

        return served;
    }

    public JsonObject ToServed(JsonObject stored)
    {
        stored["apiVersion"] = "events.k8s.io/v1";
        foreach (var (core, events) in Names)
        {
            Rename(stored, core, events);
        }

        return stored;
    }

    private static void Rename(JsonObject map, string from, string to)
    {
        if (map.TryGetPropertyValue(from, out var value))
        {
            map.Remove(from);
            map[to] = value;
        }
    }
}

/// <summary>Versions of one custom kind differ only in what they are called (conversion strategy None).</summary>
internal sealed class VersionConversion(string storedVersion, string servedVersion) : IObjectConversion
{
    public JsonObject ToStored(JsonObject served)
    {
        served["apiVersion"] = storedVersion;
        return served;
    }

    public JsonObject ToServed(JsonObject stored)
    {
        stored["apiVersion"] = servedVersion;
        return stored;
    }
}
