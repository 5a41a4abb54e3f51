using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Apply;

/// <summary>Who writes: the same name is another manager when it applies, updates, or writes another subresource.</summary>
internal sealed record FieldManager(string Name, bool IsApply, string ApiVersion, string Subresource)
{
    /// <summary>An applier is the same one whichever version it applies in.</summary>
    public bool IsSameAs(FieldManager other) =>
        Name == other.Name && IsApply == other.IsApply && Subresource == other.Subresource && (IsApply || ApiVersion == other.ApiVersion);
}

internal sealed record ManagedEntry(FieldManager Manager, string? Time, FieldSet Fields)
{
    /// <summary>As a conflict names it.</summary>
    public override string ToString()
    {
        var name = $"\"{Manager.Name}\"" + (Manager.Subresource.Length > 0 ? $" with subresource \"{Manager.Subresource}\"" : "");
        return Manager.IsApply ? name : $"{name} using {Manager.ApiVersion}";
    }
}

/// <summary><c>metadata.managedFields</c> as entries and back.</summary>
internal static class ManagedFields
{
    private static readonly string[] SystemMetadata =
    [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion", "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ];

    /// <summary>The entries; null when there are none or they cannot be read.</summary>
    public static List<ManagedEntry>? Read(JsonObject? tree)
    {
        if (tree.Items("metadata", "managedFields") is not { Count: > 0 } written)
        {
            return null;
        }

        var entries = new List<ManagedEntry>();
        foreach (var entry in written)
        {
            if (entry.Text("operation") is not ("Apply" or "Update") || entry.Map("fieldsV1") is not { } fields)
            {
                return null;
            }

            var manager = new FieldManager(entry.Text("manager") ?? "", entry.Text("operation") == "Apply", entry.Text("apiVersion") ?? "", entry.Text("subresource") ?? "");
            entries.Add(new ManagedEntry(manager, entry.Text("time"), FieldSet.FromFieldsV1(fields)));
        }

        return entries;
    }

    /// <summary>A single empty entry is how a client asks to forget all ownership.</summary>
    public static bool IsReset(JsonObject tree) => tree.Items("metadata", "managedFields") is [JsonObject { Count: 0 }];

    public static void Write(JsonObject tree, IEnumerable<ManagedEntry> entries)
    {
        var written = entries
            .Where(entry => !entry.Fields.IsEmpty)
            .OrderBy(entry => entry.Manager.IsApply ? 0 : 1)
            .ThenBy(entry => entry.Time, StringComparer.Ordinal)
            .ThenBy(entry => entry.Manager.Name, StringComparer.Ordinal)
            .ThenBy(entry => entry.Manager.Subresource, StringComparer.Ordinal)
            .Select(ToJson).ToList();
        var metadata = tree.Child("metadata");
        metadata.Remove("managedFields");
        if (written.Count > 0)
        {
            metadata["managedFields"] = JsonTree.ArrayOf(written);
        }
    }

    /// <summary>What nobody owns (the server sets it), and what this endpoint does not write.</summary>
    public static FieldSet Own(FieldSet fields, string subresource, bool hasStatus)
    {
        fields = FieldSet.Union(fields, null);
        fields.IsMember = false;
        fields.Children.Remove("f:apiVersion");
        fields.Children.Remove("f:kind");
        if (fields.Below("f:metadata") is { } metadata)
        {
            metadata.IsMember = false;
            foreach (var name in SystemMetadata)
            {
                metadata.Children.Remove($"f:{name}");
            }
        }

        if (subresource == "status")
        {
            foreach (var element in fields.Children.Keys.Where(element => element != "f:status").ToList())
            {
                fields.Children.Remove(element);
            }
        }
        else if (hasStatus)
        {
            fields.Children.Remove("f:status");
        }

        return fields;
    }

    public static string Stamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonNode? ToJson(ManagedEntry entry)
    {
        var json = new JsonObject
        {
            ["apiVersion"] = entry.Manager.ApiVersion,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = entry.Fields.ToFieldsV1(),
            ["manager"] = entry.Manager.Name,
            ["operation"] = entry.Manager.IsApply ? "Apply" : "Update",
        };
        if (entry.Manager.Subresource.Length > 0)
        {
            json["subresource"] = entry.Manager.Subresource;
        }

        if (entry.Time is not null)
        {
            json["time"] = entry.Time;
        }

        return json;
    }
}
