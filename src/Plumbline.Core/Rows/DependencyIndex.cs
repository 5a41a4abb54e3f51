using Plumbline.Core.Cluster;

namespace Plumbline.Core.Rows;

/// <summary>Something that was decided by facts, and is to be decided again when they change.</summary>
internal sealed class Dependent(Action touched)
{
    internal DependencyIndex.Question[] Asked { get; set; } = [];

    public void Touch() => touched();
}

/// <summary>Who asked what: questions → those that are to be decided again when the answer changes.</summary>
/// <param name="forgotten">Told of a question that nobody asks any more.</param>
internal class DependencyIndex(Action<FactKey> forgotten)
{
    private readonly Dictionary<FactKey, Question> _questions = [];

    public int Count => _questions.Count;

    /// <summary>In place of all that was asked for it before.</summary>
    public virtual void Replace(Dependent dependent, IReadOnlySet<FactKey> asked)
    {
        var before = dependent.Asked;
        if (before.Length == asked.Count && Array.TrueForAll(before, q => asked.Contains(q.Key)))
        {
            return;
        }

        var now = new Question[asked.Count];
        var i = 0;
        foreach (var key in asked)
        {
            if (!_questions.TryGetValue(key, out var question))
            {
                _questions[key] = question = new Question(key);
            }

            question.Dependents.Add(dependent);
            now[i++] = question;
        }

        dependent.Asked = now;
        foreach (var question in before)
        {
            if (!asked.Contains(question.Key))
            {
                question.Dependents.Remove(dependent);
                Drop(question);
            }
        }
    }

    public void Remove(Dependent dependent)
    {
        foreach (var question in dependent.Asked)
        {
            question.Dependents.Remove(dependent);
            Drop(question);
        }

        dependent.Asked = [];
    }

    /// <summary>The answer changed.</summary>
    public void Touch(FactKey key)
    {
        if (_questions.TryGetValue(key, out var question))
        {
            foreach (var dependent in question.Dependents)
            {
                dependent.Touch();
            }
        }
    }

    private void Drop(Question question)
    {
        if (question.Dependents.Count == 0)
        {
            _questions.Remove(question.Key);
            forgotten(question.Key);
        }
    }

    internal sealed class Question(FactKey key)
    {
        public FactKey Key { get; } = key;

        // Some (cluster DNS, the policies of a namespace) are asked for every row, most for one or two.
        public SmallSet<Dependent> Dependents { get; } = new();
    }
}
