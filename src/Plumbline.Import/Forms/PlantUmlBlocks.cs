using Plumbline.Import.Decoding;

namespace Plumbline.Import.Forms;

/// <summary>PlantUML from <c>@startuml</c> to <c>@enduml</c>, in a file of its own or in a text.</summary>
internal sealed class PlantUmlBlocks : IForm
{
    public FoundForm? At(SourceText text, int line)
    {
        if (!text[line].AsSpan().TrimStart().StartsWith("@startuml", StringComparison.OrdinalIgnoreCase))
            return null;

        var last = line + 1;
        while (last < text.Count && !text[last].AsSpan().TrimStart().StartsWith("@enduml", StringComparison.OrdinalIgnoreCase))
            last++;
        var found = DiagramReader.Report(PlantUml.Edges(text, line + 1, last), new Fence(line + 1, last, "plantuml"), "PlantUML");
        return new FoundForm([], last + 1) { Tables = found.Table is { } table ? [table] : [], Issues = found.Issues };
    }
}
