using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Plumbline.Lab.Running;

/// <summary>The lab's own log, in a file beside those of its processes.</summary>
internal sealed class FileLog(string path, TimeProvider time) : ILogger, IDisposable
{
    private readonly StreamWriter _file = new(path, append: true) { AutoFlush = true };
    private readonly Lock _lock = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        lock (_lock)
        {
            _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss.fff} {logLevel} {formatter(state, exception)}"));
            if (exception is not null)
            {
                _file.WriteLine(exception);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
