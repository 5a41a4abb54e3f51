using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Api.Auth;
using Plumbline.Lab.Api.Controllers;
using Plumbline.Lab.Api.Discovery;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api;

/// <summary>The server without its sockets: everything composed, in the order in which a request passes through it.</summary>
internal sealed class ApiCore : IAsyncDisposable
{
    private static readonly string[] FirstNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    private readonly ResourceService _service;
    private readonly ResourceRegistry _registry;
    private readonly ServiceAccountTokens _tokens;
    private readonly LifecycleController _lifecycle;

    private ApiCore(ObjectStore store, ResourceService service, ResourceRegistry registry, ServiceAccountTokens tokens, LifecycleController lifecycle, ApiHandler handler)
    {
        Store = store;
        _service = service;
        _registry = registry;
        _tokens = tokens;
        _lifecycle = lifecycle;
        Handler = handler;
    }

    public ObjectStore Store { get; }

    public ApiHandler Handler { get; }

    public static ApiCore Create(LabApiOptions options, CancellationToken stopping)
    {
        var logger = options.LoggerFactory.CreateLogger("Plumbline.Lab.Api");
        var store = OpenStore(options);
        var registry = new ResourceRegistry();
        foreach (var definition in store.Read(BuiltInResources.CustomResourceDefinitions).Objects.Values)
        {
            registry.Serve(definition.Tree());
        }

        var owners = new OwnerIndex();
        var hooks = new BuiltInHooks(registry, options.ServiceNetwork);
        var deletion = new ResourceDeletion(store, hooks, owners, options.Clock, options.GracefulPodDeletion);
        var service = new ResourceService(store, registry, hooks, deletion, options.Clock);
        var tokens = ServiceAccountTokens.Load(options.StateDirectory, options.Issuer, options.Clock);
        var authenticator = new Authenticator(StaticUsers(options), tokens, [options.Issuer], store);
        var lifecycle = new LifecycleController(store, deletion, registry, owners, logger);
        foreach (var collection in store.CollectionIds)
        {
            foreach (var item in store.Read(collection).Objects.Values)
            {
                owners.Note(collection, new Change(ChangeKind.Added, item.Revision, item, null));
            }
        }

        store.Changed += owners.Note;
        store.Changed += lifecycle.Note;

        var resources = new ResourceHandler(
            service, deletion, registry, new Reviews(authenticator, tokens, store, registry), new ListHandler(store, options.Clock),
            new WatchHandler(store, options.Clock, options.BookmarkInterval, stopping), options.Clock);
        var handler = new ApiHandler(authenticator, tokens, new DiscoveryHandler(registry), resources, options.OnRequest, logger);
        var core = new ApiCore(store, service, registry, tokens, lifecycle, handler);
        core.CreateFirstNamespaces();
        return core;
    }

    public void Start() => _lifecycle.Start();

    public async ValueTask DisposeAsync()
    {
        await _lifecycle.DisposeAsync();
        Store.Dispose();
        _tokens.Dispose();
    }

    private static ObjectStore OpenStore(LabApiOptions options)
    {
        // milliseconds since 1970: above whatever an earlier store without this journal can have handed out
        var first = options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            var journal = options.StateDirectory is { } directory ? new Journal(directory, options.SnapshotAfterBytes) : null;
            return new ObjectStore(journal, options.HistoryPerKind, first, ResourceRegistry.SelectableFields);
        }
        catch (Exception failure) when (failure is JournalException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"the state in {options.StateDirectory} cannot be used: {failure.Message}", failure);
        }
    }

    private static Dictionary<string, UserInfo> StaticUsers(LabApiOptions options)
    {
        var users = options.Tokens.ToDictionary(token => token.Token, token => UserInfo.Of(token.User, token.Groups), StringComparer.Ordinal);
        if (options.AdminTokenFile is { } path)
        {
            try
            {
                var token = File.ReadLines(path).FirstOrDefault()?.Trim();
                users[string.IsNullOrEmpty(token) ? throw new InvalidOperationException($"{path}: the first line must be a token") : token] = UserInfo.Of("kubernetes-admin", "system:masters");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new InvalidOperationException($"the token file {path} cannot be read: {failure.Message}", failure);
            }
        }

        return users;
    }

    private void CreateFirstNamespaces()
    {
        var namespaces = _registry.OfCollection(BuiltInResources.Namespaces)!;
        foreach (var name in FirstNamespaces.Where(name => Store.Find(BuiltInResources.Namespaces, new ObjectKey("", name)) is null))
        {
            _service.Create(
                namespaces, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, new WriteOptions(DryRun: false, "kube-apiserver", FieldValidation.Ignore, []));
        }
    }
}
