using Plumbline.Core.Connections;

namespace Plumbline.Core.Rows;

/// <summary>
/// Names of the Components behind a row's two words, empty where a word is not bound to exactly one. Documents have many words for one
/// database; its Component has one name, so that alerts can be grouped on it.
/// </summary>
public sealed record RowParties(string Source, string Destination)
{
    public static RowParties None { get; } = new("", "");

    public static RowParties Of(DocumentedConnection connection, IComponents components) => new(
        Name(connection.From, connection.FromComponent, connection.Key.Namespace, components),
        Name(connection.To, connection.ToComponent, connection.Key.Namespace, components));

    private static string Name(string? word, string? component, string @namespace, IComponents components) =>
        component ?? (word is not null && components.Claiming(@namespace, word) is [var only] ? only.Key.Name : "");
}
