using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

internal sealed record FoundDiagram(RawTable? Table, IReadOnlyList<DocumentIssue> Issues);

/// <summary>Diagrams in fenced blocks or files of their own: Mermaid, PlantUML, Graphviz.</summary>
internal static class DiagramReader
{
    public static FoundDiagram? Read(SourceText text, Fence fence)
    {
        switch (fence.Language)
        {
            case "mermaid":
                return Report(Mermaid.Edges(text, fence.First, fence.Last), fence, "Mermaid");
            case "plantuml" or "puml" or "uml" or "c4plantuml":
                return Report(PlantUml.Edges(text, fence.First, fence.Last), fence, "PlantUML");
            case "dot" or "graphviz":
                return Report(PlantUml.Edges(text, fence.First, fence.Last), fence, "Graphviz");
            default:
                return null;
        }
    }

    /// <summary>Only a diagram of connections is read: one in which some arrow says a protocol or a port.</summary>
    public static FoundDiagram Report(IReadOnlyList<Edge> edges, Fence fence, string what)
    {
        if (edges.Any(e => EdgeTable.SaysPort(e.Label) || EdgeTable.SaysProtocol(e.Label)))
            return new FoundDiagram(EdgeTable.Of(edges), []);

        return new FoundDiagram(
            null,
            edges.Count == 0
                ? []
                : [new DocumentIssue(DocumentIssueCode.DiagramLeftOut, DocumentIssueSeverity.Info, null, [fence.First], $"none of the {edges.Count} arrows of the {what} diagram says a protocol or a port: no connections, left out; nothing to do")]);
    }
}
