using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Api.Auth;
using Plumbline.Lab.Api.Discovery;

namespace Plumbline.Lab.Api.Http;

/// <summary>The way of every request: who asks, what for, the answer, and the one place where a failure becomes a Status.</summary>
internal sealed partial class ApiHandler(
    Authenticator authenticator, ServiceAccountTokens tokens, DiscoveryHandler discovery, ResourceHandler resources, Action<ApiRequestRecord>? record, ILogger logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (ApiStatusException failure)
        {
            await FailAsync(context, failure);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // nobody is left to answer
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            LogFailed(logger, context.Request.Method, context.Request.Path, failure);
            await FailAsync(context, Statuses.Internal(failure.Message));
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        // probes come before anybody has a token
        if (path is "/healthz" or "/livez" or "/readyz" || path.StartsWith("/livez/", StringComparison.Ordinal) || path.StartsWith("/readyz/", StringComparison.Ordinal))
        {
            await ResponseWriter.WriteAsync(context, 200, "ok"u8.ToArray(), "text/plain; charset=utf-8");
            return;
        }

        var user = authenticator.Authenticate(context.Request.Headers.Authorization, context.Connection.ClientCertificate) ?? throw Statuses.Unauthorized();
        if (RequestInfo.Parse(context.Request.Method, context.Request.Path, context.Request.Query) is { } info)
        {
            var apply = info.Verb == "patch" && context.Request.ContentType?.StartsWith("application/apply-patch", StringComparison.Ordinal) == true;
            record?.Invoke(new ApiRequestRecord(info.Verb, info.Group, info.Resource, info.Subresource, info.Namespace, info.Name, user.Name, apply));
            await resources.HandleAsync(context, info, user);
        }
        else if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            throw Statuses.MethodNotAllowed();
        }
        else if (path == "/openid/v1/jwks")
        {
            await ResponseWriter.WriteAsync(context, 200, tokens.PublicKeys());
        }
        else
        {
            await discovery.HandleAsync(context, path);
        }
    }

    private static async Task FailAsync(HttpContext context, ApiStatusException failure)
    {
        if (context.Response.HasStarted)
        {
            // half an answer must not look like a whole one
            context.Abort();
            return;
        }

        context.Response.Clear();
        await (failure.IsPlainText
            ? ResponseWriter.WriteAsync(context, failure.Code, Encoding.UTF8.GetBytes($"{failure.Message}\n"), "text/plain; charset=utf-8")
            : ResponseWriter.WriteAsync(context, failure.Code, (JsonNode)failure.ToStatus()));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, string method, PathString path, Exception failure);
}
