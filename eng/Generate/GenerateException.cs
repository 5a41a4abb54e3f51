namespace Plumbline.Generate;

/// <summary>The code does not say what is needed; the message names the type or member, and what to do.</summary>
public sealed class GenerateException(string message) : Exception(message);
