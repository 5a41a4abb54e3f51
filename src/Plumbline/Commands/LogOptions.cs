using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;

namespace Plumbline.Commands;

/// <summary>How a verb that runs for long logs: to standard error, as text or JSON.</summary>
internal sealed class LogOptions
{
    private readonly Option<string> _format = new("--log-format") { Description = "Log lines as 'text' or 'json'.", DefaultValueFactory = _ => "text" };
    private readonly Option<string> _level = new("--log-level") { Description = "Least severe level that is logged: debug, information, warning, error.", DefaultValueFactory = _ => "information" };

    public LogOptions()
    {
        _format.AcceptOnlyFromAmong("text", "json");
        _level.AcceptOnlyFromAmong("debug", "information", "warning", "error");
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_format);
        command.Options.Add(_level);
    }

    public ILoggerFactory Create(ParseResult parsed)
    {
        var level = Enum.Parse<LogEventLevel>(parsed.GetValue(_level)!, ignoreCase: true);
        // The web server has two lines for every scrape and every health check.
        var configuration = new LoggerConfiguration().MinimumLevel.Is(level).MinimumLevel.Override("Microsoft", level < LogEventLevel.Information ? level : LogEventLevel.Warning);
        configuration = parsed.GetValue(_format) == "json"
            ? configuration.WriteTo.Console(new JsonFormatter(renderMessage: true), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose);
        return new SerilogLoggerFactory(configuration.CreateLogger(), dispose: true);
    }
}
