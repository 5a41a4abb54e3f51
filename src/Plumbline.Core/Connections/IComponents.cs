using Plumbline.Core.Words;

namespace Plumbline.Core.Connections;

/// <summary>The Components of all documentation sets, found by name and by the words of the documents.</summary>
public interface IComponents
{
    Component? Find(NamespacedName key);

    /// <summary>Every Component that claims the word, in the order of their names: none, one, or a conflict that only a human can settle.</summary>
    IReadOnlyList<Component> Claiming(string @namespace, string word);
}
