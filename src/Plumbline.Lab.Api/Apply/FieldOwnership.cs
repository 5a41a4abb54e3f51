using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Apply;

/// <summary>One write as far as field ownership is concerned.</summary>
internal sealed record OwnershipContext(StructuralSchema Schema, FieldManager Manager, bool HasStatus, string Now);

/// <summary>Keeps <c>metadata.managedFields</c> true through applies and all other writes.</summary>
internal static class FieldOwnership
{
    /// <summary>
    /// Server-side apply: the live object with the configuration laid over it, without what its manager applied before and does not now, unless another
    /// manager owns that too.
    /// </summary>
    /// <exception cref="ApiStatusException">409 when a value of another manager would change and <paramref name="force"/> is false.</exception>
    public static JsonObject Apply(JsonObject live, JsonObject configuration, bool force, OwnershipContext context)
    {
        configuration = configuration.Copy();
        // an explicit null in a configuration says "not set", the same as leaving the field out
        SchemaPruning.DropNulls(configuration);
        configuration.Map("metadata")?.Remove("managedFields");
        var entries = ManagedFields.Read(live) ?? OfNobodyKnown(live, context);
        var own = entries.Find(entry => entry.Manager.IsSameAs(context.Manager));
        var others = entries.Where(entry => entry != own).ToList();
        var claimed = ManagedFields.Own(FieldSets.Claimed(configuration, context.Schema), context.Manager.Subresource, context.HasStatus);

        var merged = (JsonObject)Merging.Merge(live, configuration, context.Schema)!;
        if (own is not null)
        {
            var kept = others.Aggregate(claimed, (set, entry) => FieldSet.Union(set, entry.Fields));
            Merging.Remove(merged, FieldSet.Difference(own.Fields, claimed), kept, context.Schema);
        }

        var comparison = FieldSets.Compare(live, merged, context.Schema);
        var conflicts = others
            .Select(entry => (Entry: entry, Fields: ManagedFields.Own(FieldSet.Intersection(entry.Fields, comparison.Written), entry.Manager.Subresource, context.HasStatus)))
            .Where(conflict => !conflict.Fields.IsEmpty).ToList();
        if (conflicts.Count > 0 && !force)
        {
            throw Conflict(conflicts);
        }

        var taken = conflicts.Aggregate(comparison.Removed, (set, conflict) => FieldSet.Union(set, conflict.Fields));
        var isSame = own is not null && FieldSet.Same(own.Fields, claimed) && own.Manager == context.Manager;
        var entry = new ManagedEntry(context.Manager, isSame ? own!.Time : context.Now, claimed);
        ManagedFields.Write(merged, [.. others.Select(other => other with { Fields = FieldSet.Difference(other.Fields, taken) }), entry]);
        return merged;
    }

    /// <summary>An object whose owners are not known is not up for grabs: all of it belongs to whoever was there before the first apply.</summary>
    private static List<ManagedEntry> OfNobodyKnown(JsonObject live, OwnershipContext context) => live.Text("metadata", "uid") is null
        ? []
        : [new ManagedEntry(
            new FieldManager("before-first-apply", false, live.Text("apiVersion") ?? "", ""),
            context.Now,
            ManagedFields.Own(FieldSets.Compare(null, live, context.Schema).Written, "", context.HasStatus))];

    /// <summary>Any other write: what it added or changed is its manager's alone, what it removed is nobody's.</summary>
    public static void Track(JsonObject? live, JsonObject updated, OwnershipContext context)
    {
        if (ManagedFields.IsReset(updated))
        {
            updated.Map("metadata")!.Remove("managedFields");
            return;
        }

        var entries = ManagedFields.Read(updated) ?? ManagedFields.Read(live) ?? [];
        var comparison = FieldSets.Compare(live, updated, context.Schema);
        var written = ManagedFields.Own(comparison.Written, context.Manager.Subresource, context.HasStatus);
        var result = new List<ManagedEntry>();
        var found = false;
        foreach (var entry in entries)
        {
            if (entry.Manager.IsSameAs(context.Manager))
            {
                found = true;
                var fields = FieldSet.Difference(FieldSet.Union(entry.Fields, written), comparison.Removed);
                result.Add(entry with { Fields = fields, Time = FieldSet.Same(fields, entry.Fields) && written.IsEmpty ? entry.Time : context.Now });
            }
            else
            {
                result.Add(entry with { Fields = FieldSet.Difference(entry.Fields, comparison.Lost) });
            }
        }

        if (!found)
        {
            result.Add(new ManagedEntry(context.Manager, context.Now, written));
        }

        ManagedFields.Write(updated, result);
    }

    private static ApiStatusException Conflict(List<(ManagedEntry Entry, FieldSet Fields)> conflicts)
    {
        var causes = new JsonArray();
        foreach (var (entry, fields) in conflicts)
        {
            foreach (var path in fields.Paths())
            {
                causes.Add((JsonNode)new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict with {entry}", ["field"] = path });
            }
        }

        var text = causes.Count == 1
            ? $"{causes[0].Text("message")}: {causes[0].Text("field")}"
            : string.Join("\n", conflicts.Select(conflict => $"conflicts with {conflict.Entry}:\n{string.Join("\n", conflict.Fields.Paths().Select(path => $"- {path}"))}"));
        return Statuses.ApplyConflict($"Apply failed with {causes.Count} conflict{(causes.Count == 1 ? "" : "s")}: {text}", causes);
    }
}
